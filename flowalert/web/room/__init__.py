"""The rooms of the site: each with what there is to look at and to do in it."""
