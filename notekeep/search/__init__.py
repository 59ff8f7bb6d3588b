"""Full text: the Whoosh index, ranking and results. Only this folder imports Whoosh."""
