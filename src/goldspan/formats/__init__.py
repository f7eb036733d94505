"""Files in and out: SQuAD JSON, tables of rows, whole records, other tools' exports."""
