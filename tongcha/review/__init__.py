"""Review: the queue, the workbook round trip, judgements, and the gate."""
