"""The whole loop on made-up passages or on any SQuAD file, with stand-in annotators."""
