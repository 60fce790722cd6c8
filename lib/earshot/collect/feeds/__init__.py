"""Platforms polled, streamed and received: settings, pages, cursors, gaps, heartbeats, missed posts."""
