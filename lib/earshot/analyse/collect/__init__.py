"""Did the data arrive, and is it whole: arrival, gaps, events, campaigns, engagement, places, costs."""
