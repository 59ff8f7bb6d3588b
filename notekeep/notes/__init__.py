"""Changes to notes: each verb makes a plan, and one function applies it."""
