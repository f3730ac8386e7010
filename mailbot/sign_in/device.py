"""Signing in by a code that a person enters on any device: for a server without a browser (RFC 8628).

It decides how long and how often to ask. It must never ask more often than the server said.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mailbot.adapters.reach import one_line
from mailbot.errors import OutsideError
from mailbot.sign_in import ask, grant
from mailbot.sign_in.ask import Answer
from mailbot.sign_in.endpoints import Endpoints
from mailbot.web_addresses import is_loopback

USUAL_INTERVAL = 5.0  # RFC 8628 3.2: where the server names none
SLOWER = 5.0  # RFC 8628 3.5: slow_down
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
MOST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Code:
    """What the person is told, and how long it counts."""

    address: str
    code: str
    seconds: float
    interval: float
    device_code: str = field(repr=False)


def begin(endpoints: Endpoints) -> Code:
    """A new code. Raises OutsideError where the server gives none."""
    answer = ask.post(endpoints.device, {"scope": endpoints.scope, **endpoints.client})
    if answer.error:
        raise grant.refusal(answer, endpoints)
    fields = answer.fields
    address = str(fields.get("verification_uri") or fields.get("verification_url") or "")  # Google's older name
    code, device_code = fields.get("user_code"), fields.get("device_code")
    if not (code and grant.is_token(device_code) and _may_be_shown(address)):
        raise OutsideError("signing in: the server gave no code, or no address for it", transient=False)
    return Code(
        address=one_line(address),
        code=one_line(code, 60),
        seconds=min(_number(fields.get("expires_in"), 900.0), MOST_SECONDS),
        interval=max(1.0, _number(fields.get("interval"), USUAL_INTERVAL)),
        device_code=str(device_code),
    )


def wait(
    endpoints: Endpoints,
    code: Code,
    progress: Callable[[float], None],
    pause: Callable[[float], None] = time.sleep,
) -> Answer:
    """The answer with tokens, once the person has agreed. `progress` hears how many seconds are left.

    Raises:
        OutsideError: the person did not agree, or not in time, or the server refuses.
    """
    left, interval = code.seconds, code.interval
    form = {"grant_type": GRANT, "device_code": code.device_code, **endpoints.client}
    while left > 0:
        progress(left)
        pause(min(interval, left))
        left -= interval
        try:
            answer = ask.post(endpoints.token, form)
        except OutsideError as error:
            if not error.transient:
                raise
            interval *= 2  # RFC 8628 3.5: a connection that fails is asked for less often
            continue
        if answer.error == "slow_down":
            interval += SLOWER
        elif answer.error != "authorization_pending":
            return _agreed(answer, endpoints)
    raise _too_late()


def _agreed(answer: Answer, endpoints: Endpoints) -> Answer:
    if answer.error == "access_denied":
        raise OutsideError("the sign-in was declined in the browser; nothing was changed", transient=False)
    if answer.error in ("expired_token", "code_expired"):
        raise _too_late()
    if answer.error:
        raise grant.refusal(answer, endpoints)
    return answer


def _too_late() -> OutsideError:
    return OutsideError("the code was not entered in time; run `mailbot login` again for a new one", transient=False)


def _may_be_shown(address: str) -> bool:
    """Whether a person may be sent to that address."""
    try:
        return urlsplit(address).scheme == "https" or is_loopback(address)
    except ValueError:
        return False


def _number(value: object, usual: float) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return usual
    return number if 0 < number < 1e6 else usual
