"""One rewriter a concern: what a generator needs a body to be, as splices of its source."""
