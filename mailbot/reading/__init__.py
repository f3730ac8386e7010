"""Reading mail: bytes in, what the mail shows by itself out; where it can be, in a process beside the desk.

Understanding a mail is pure, and the greater part of the work; it is also where bytes of strangers meet parsers. So it
is done ahead, mail by mail, in a process of its own: on the second core while the desk decides, commits and sends, and
where a mail that takes too long, takes too much memory or kills the parser costs that process and nothing else.

    plain       what is asked, what comes back, and reading in the desk's own process
    beside      the desk's end: mails handed over ahead, answers taken in order, deaths survived
    stem        forked once, before there are threads; every reading process is forked from it
    worker      the reading process: its limits, and its one loop
    wire        how mails and what was read travel between them
"""
