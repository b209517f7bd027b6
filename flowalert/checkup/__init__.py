"""Whether a machine, its settings and those it speaks to are fit for the service, each with a remedy."""
