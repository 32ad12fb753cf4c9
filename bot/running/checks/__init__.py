"""The checks of the command `doctor`, one concept a module. `bot.running.doctor` has their list.

A check is an async generator of findings: what it found before it broke or ran out of time counts.
Here are codes alone; the words are in the table of `bot.cli.wording`, not in
`config/messages.yaml`: the doctor must speak when no content can be read.
"""
