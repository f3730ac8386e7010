"""One module for each group of commands; `mailbot.cli` names them and loads each only when it is called."""
