"""Estimates, intervals, agreement, surges, prior shift and promises of error:
the arithmetic that every floor may use.
"""
