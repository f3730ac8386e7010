"""An access token that holds: the stored one, or a new one from the provider.

It decides when a token is renewed. It must never lose a refresh token that a provider gave in place of the old one: the
new one is on the disk before anything uses it, and of all threads and processes only one asks at a time.
RFC 6749 section 6 (refreshing, rotation), RFC 9700 section 4.14 (a refresh token used twice ends the sign-in).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from mailbot.errors import OutsideError
from mailbot.settings import Settings
from mailbot.sign_in import ask, grant, stored
from mailbot.sign_in.endpoints import endpoints_of
from mailbot.sign_in.standing import made_elsewhere
from mailbot.sign_in.stored import SignedIn

EARLY = timedelta(minutes=5)  # so long before its end a token is renewed: clocks differ, and a cycle takes time
EARLY_PART = 0.25  # … or in this last part of a short life
ASK_AGAIN = timedelta(hours=1)  # a sign-in that is over is asked for so seldom: it may have been the provider's mistake
SLIDE = timedelta(seconds=90)  # an end that moves on by more than this with a renewal is not a fixed one

_log = logging.getLogger("mailbot")


def now() -> datetime:
    """The machine's clock, also under --now: how long a token holds is between us and a real server."""
    return datetime.now(UTC)


class Access:
    """Access tokens for one desk; for several threads.

    Args:
        clock: the machine's, in UTC.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = now) -> None:
        self._endpoints = endpoints_of(settings)
        self._clock = clock

    def token(self, refused: str = "") -> str:
        """A token that holds some minutes; never the one that a mail server `refused`.

        Raises:
            OutsideError: there is none; the sentence says whether to wait or to sign in.
        """
        folder = self._endpoints.folder
        if good := self._good(self._stored(), refused):
            return good
        with stored.alone(folder):
            before = self._stored()  # somebody may have renewed it meanwhile
            if good := self._good(before, refused):
                return good
            try:
                return self._renew(before)
            except OutsideError as error:
                left = before.access_token.get_secret_value()
                if error.transient and left != refused and before.access_ends_at > self._clock():
                    return left
                raise

    def _stored(self) -> SignedIn:
        """The sign-in as it is on the disk, which `mailbot login` may change at any time."""
        endpoints = self._endpoints
        found = stored.read(endpoints.folder)
        if found is None:
            raise OutsideError(f"nobody has signed in at {endpoints.name} yet", endpoints.again, transient=False)
        if other := made_elsewhere(found, endpoints):
            raise OutsideError(other, endpoints.again, transient=False)
        return found

    def _good(self, found: SignedIn, refused: str) -> str:
        """The stored token if it will do, else ''. Raises OutsideError where the sign-in is over."""
        at = self._clock()
        # A refusal of the future is none: the clock was set back.
        if found.over and found.failed_at and timedelta(0) <= at - found.failed_at < ASK_AGAIN:
            raise OutsideError(found.failure, found.remedy, transient=False)
        token = found.access_token.get_secret_value()
        early = min(EARLY, (found.access_ends_at - found.refreshed_at) * EARLY_PART)
        return token if not found.over and token != refused and at < found.access_ends_at - early else ""

    def _renew(self, before: SignedIn) -> str:
        """A new access token, durable before it is used."""
        with stored.place(self._endpoints.folder) as put:
            old = before.refresh_token.get_secret_value()
            form = {"grant_type": "refresh_token", "refresh_token": old}
            answer = ask.post(self._endpoints.token, {**form, **self._endpoints.client})
            at = self._clock()
            if answer.error:
                refusal = grant.refusal(answer, self._endpoints)
                put(_failed(before, refusal, grant.person_needed(answer), at))
                raise refusal
            after = before.model_copy(update={"refresh_token": SecretStr(grant.refresh_token(answer) or old)})
            try:
                given = grant.read(answer, at)
                after = renewed(before, given, at)
            finally:  # whatever is wrong with the rest: where there is a new refresh token, the old one has ended
                put(after)
        _log.info("sign-in renewed: at=%r", self._endpoints.name)
        return given.access


def renewed(before: SignedIn, given: grant.Grant, at: datetime) -> SignedIn:
    """The sign-in with new tokens; the refresh token stays where no other was given (RFC 6749 section 6)."""
    slides = before.slides or bool(before.ends_at and given.ends_at and given.ends_at - before.ends_at > SLIDE)
    changed = {
        "access_token": given.access,
        "access_ends_at": given.access_ends_at,
        "refresh_token": given.refresh or before.refresh_token.get_secret_value(),
        "account": given.account or before.account,
        "refreshed_at": at,
        "ends_at": given.ends_at or before.ends_at,
        "slides": slides,
        "failed_at": None,
        "failure": "",
        "remedy": "",
        "over": False,
    }
    return SignedIn.model_validate({**dict(before), **changed})


def _failed(before: SignedIn, refusal: OutsideError, over: bool, at: datetime) -> SignedIn:
    told = {"failure": refusal.what, "remedy": refusal.do}
    return before.model_copy(update={"failed_at": at, "over": over, **told})
