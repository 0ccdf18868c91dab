"""Imports: a sheet's rows go through the door as submissions, each with a verdict of its own.

`layout` finds the headers, `verdicts` says what becomes of a row, `imports` is the state machine, `sending`
submits, `answers` takes what the sender says to a held row, `sentences` says why a file is refused, `writing`
keeps the rows.
"""
