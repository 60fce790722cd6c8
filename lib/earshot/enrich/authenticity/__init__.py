"""Accounts and groups that are not what they seem: bots and coordination."""
