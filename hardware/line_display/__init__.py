"""Line displays on a pole: two lines of twenty characters for the customer."""
