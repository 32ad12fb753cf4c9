"""Our content written in the forms of other programs."""
