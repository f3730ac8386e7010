"""`mailbot doctor`: tries everything a desk needs and says in words what is wrong and what to do.

One module for each group of findings (`files`, `rules`, `sign_in`, `mailbox`, `relay`, `provider`, `round_trip`,
`trust`, `clock`); `examination` goes through them, `page` writes them down. It must never change anything on a server
or in state/; only `--send` sends one mail, from the desk to itself. By OAuth 2 it signs in as the desk does, which may
renew the access token in tokens.json.
"""
