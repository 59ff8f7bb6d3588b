"""Full text: the Whoosh index, ranking and results. The only folder that imports Whoosh."""
