"""Taking in what another program holds: opened with distrust, planned, and written as one step.

What is opened here lies outside the vault and may come from anybody. What its text means is said
by pure readers (`notekeep.habits.imports`).
"""
