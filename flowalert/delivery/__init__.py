"""From a transition to a person: routing, rendering, grouping, sending."""

from flowalert.delivery.address import TargetProblem, parse_target
from flowalert.delivery.attempt import Policy
from flowalert.delivery.channel import Channel
from flowalert.delivery.dispatch import Orders, run_delivery
from flowalert.delivery.doorbell import Doorbell
from flowalert.delivery.rendering import Occurrence
from flowalert.delivery.report import Report
from flowalert.delivery.routing import route
from flowalert.delivery.stage.mute import Inhibition
from flowalert.delivery.target import Target

__all__ = [
    "Channel",
    "Doorbell",
    "Inhibition",
    "Occurrence",
    "Orders",
    "Policy",
    "Report",
    "Target",
    "TargetProblem",
    "parse_target",
    "route",
    "run_delivery",
]
