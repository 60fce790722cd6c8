"""What everything stands on: parameters, tables, the store,
the clock, and work spread over cores or machines.
"""
