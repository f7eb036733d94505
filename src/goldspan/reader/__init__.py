"""Inference: a question and contexts in, answers out."""
