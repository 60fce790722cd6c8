"""The same steps on posts as they arrive: listener, micro-batches, capacity and costs."""
