"""Streams of posts: an embedded log on this disk or Kafka, one small interface, rows as JSON or Avro."""
