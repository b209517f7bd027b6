"""Pages, an API and metrics of a running service, in its own process.

What is served looks at the service from outside, as a person would: it reads and changes the store by a connection of
its own, hears what happens as an observer, and asks the engine questions. The service knows nothing of it.
"""

from flowalert.web.host import WebHost
from flowalert.web.workshop import Workshop

__all__ = ["WebHost", "Workshop"]
