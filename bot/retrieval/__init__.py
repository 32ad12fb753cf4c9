"""Questions to topics: an encoder, rankings, their fusion, and a calibrated decision."""
