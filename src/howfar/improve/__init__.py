"""The enhancement path: gaps, effects of changes, costs, experiments, and what to do first.

It advises institutions on channels that they own and openly label. It selects no persons, writes
no messages, and treats as within control a fixed list only (control.py).
"""
