"""From a transition to a person: routing, rendering, sending."""

from flowalert.delivery.address import TargetProblem, parse_target
from flowalert.delivery.attempt import Policy
from flowalert.delivery.channel import Channel
from flowalert.delivery.dispatch import run_delivery
from flowalert.delivery.doorbell import Doorbell
from flowalert.delivery.routing import route
from flowalert.delivery.target import Target

__all__ = ["Channel", "Doorbell", "Policy", "Target", "TargetProblem", "parse_target", "route", "run_delivery"]
