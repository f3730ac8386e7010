"""mailbot runs the complaints mailbox of a shop. The way of one mail.

A mail comes in; the desk understands it, finds its case, decides by the rule files, writes letters,
commits once, sends, files the mail.

    intaking    the inbox, in batches; UIDs in hand are recorded first, moves after the commit
    mail        bytes -> Message. Any bytes are a mail; nothing in here raises
    cases       Message -> Intake (automatic? forwarded? by whom, proved how?) -> Query
    adapters    Query -> Found: the cases under those exact keys
    cases       recognise: Intake + Found -> one event on one case, or nothing, or "ask a human"
    cases       decide: case + event + rules/process.yaml -> effects and letters to write
    letters     compose -> guard -> mime: what to do -> Approved bytes, or Held and somebody told
    commits     ONE atomic, durable step: case, history, seen mail, outbox, due time, journal lines
    firing      what comes of silence, once the inbox was read to its end
    posting     queued -> sending -> the server -> sent -> filed; each outcome is an event again
    journal     what is neither a mail nor a letter, written to the mailbox: rebuild makes state from it

Understanding, deciding and writing are pure: no clock, no socket, no file; `now` is handed in. Only
`adapters` touch the world, and only `desk` joins the two. Imports run one way (pyproject.toml holds it):

    cli -> service, demo -> rebuild, viewing -> assembly -> desk -> firing, posting, journal … -> commits
        -> adapters -> insight -> letters -> cases -> process, mail -> errors

Three things hold whatever the rule files say. Nothing leaves without the guard's Approved: no
compensation without complaint form. Unsure means a human decides, by email. Nothing is deleted: a
mail ends in Mailbot/Cases, Mailbot/No action or Mailbot/Needs a human, and every letter can be
explained from its case's history (`mailbot show`, `mailbot why`).
"""
