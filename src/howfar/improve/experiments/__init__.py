"""Experiments: planned, their power promised, registered before they start, analysed as registered.

What is tested is how, when, in which languages or how fast an institution publishes on channels of
its own (study/within_control.py); no persons are selected and no messages written.
"""
