"""The user's source: where a query is sent, how its statement is put together, and how to edit it without touching more.

`text` is a file with offsets, `names` what its names mean, `place` the call that sends a query, `chains` the options of a
statement, `pieces` a list between brackets, `edits` what is changed, `imports` what the new text needs."""
