"""What may be kept and who may see it: masking and pseudonyms now;
retention, erasure and audit come here too.
"""
