"""Predictions in, numbers out: scores, intervals, significance."""
