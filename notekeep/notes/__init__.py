"""Changes of notes: each verb makes a plan, and one function applies it."""
