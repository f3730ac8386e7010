"""How a new desk signs in: which ways its provider leaves open, and the password or client for the one taken."""

from __future__ import annotations

from dataclasses import replace

from mailbot import answers as checks
from mailbot.answers import Answers
from mailbot.commands.asking import LATER, answered, told
from mailbot.providers import Provider

PASSWORD, OAUTH2 = "password", "oauth2"


def signed_in(answers: Answers) -> Answers:
    """The way in, where the servers are known and no flag has said it."""
    if not answers.imap or answers.password_file:
        return answers
    if not answers.oauth2 and _way(answers.provider) == PASSWORD:
        return _password(answers)
    provider = answers.provider
    return _client(replace(answers, oauth2=answers.oauth2 or (provider.id if provider else "")))


def _way(provider: Provider | None) -> str:
    """Password or OAuth 2: asked only where there is a choice."""
    if provider is None or provider.sign_in is None:
        return PASSWORD
    if provider.password == "none":  # noqa: S105
        told(
            f"\nPrograms sign in at {provider.name} by OAuth 2 alone, no password is taken: see `mailbot login` later."
        )
        return OAUTH2
    why = f"There are two ways at {provider.name}: a password for this program alone, or OAuth 2 (`mailbot login`)."
    return answered(why, f"Sign in by {PASSWORD} or {OAUTH2}", PASSWORD, _choice) or PASSWORD


def _choice(text: str) -> str:
    for way in (PASSWORD, OAUTH2):
        if text.strip() and way.startswith(text.strip().casefold()):
            return way
    raise ValueError(f"write {PASSWORD} or {OAUTH2}")


def _password(answers: Answers) -> Answers:
    provider = answers.provider
    why = "The mailbox's password. It is kept in a file that only you can read, and is not shown as you type."
    if provider and provider.password == "app":  # noqa: S105
        why = f"At {provider.name} this is an app password, not your own: {provider.app_password}."
    password = answered(why, f"Password (hidden) [{LATER}]", LATER, checks.secret, hidden=True)
    return replace(answers, password=password or "")


def _client(answers: Answers) -> Answers:
    """The client registered at the provider for this desk."""
    sign_in = answers.provider.sign_in if answers.provider else None
    if not answers.client_id:
        why = "The client (app) that is registered at the provider for this desk; docs/sign-in.md says where."
        answers = replace(answers, client_id=answered(why, "Client id", LATER, checks.one_line) or "")
    if sign_in and sign_in.needs_secret and answers.client_id:
        why = "The secret that came with it; not shown as you type."
        secret = answered(why, f"Client secret (hidden) [{LATER}]", LATER, checks.secret, hidden=True)
        answers = replace(answers, client_secret=secret or "")
    return answers
