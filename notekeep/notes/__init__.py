"""Changes of notes: each verb makes a plan, and one place applies it."""
