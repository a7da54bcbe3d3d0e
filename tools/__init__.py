"""Small programs for whoever works on this repository; not part of the distribution."""
