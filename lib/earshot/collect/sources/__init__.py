"""Where posts come from: one file per platform or vendor, each saying what it yields and how it is asked."""
