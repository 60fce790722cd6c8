"""What the reports of all evaluations share."""
