"""Signing in to the mailbox by OAuth 2: `mailbot login` gets a sign-in, the desk keeps it fresh.

    endpoints  where the desk signs in and as which client, from the settings
    ask        one question to the provider's server over HTTP
    device     a code that a person enters on any device (RFC 8628)
    browser    a browser that comes back to this machine (RFC 8252, RFC 7636)
    grant      what the provider gives, and what a refusal of it means
    stored     tokens.json in the desk folder: private, whole, one writer at a time
    access     a token that holds, renewed when it must be (RFC 6749 section 6)
    standing   whose sign-in it is and when it ends, without a secret
    telling    the admin hears of the end before it comes

No token, code or client secret may come into a sentence, a log or a repr.
"""
