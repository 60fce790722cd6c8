"""What the dashboards show and filter."""
