"""The media types of what is received and sent."""

CSV = "text/csv"
FORM = "multipart/form-data"
JPEG = "image/jpeg"
JSON = "application/json"
MP4 = "video/mp4"
NDJSON = "application/x-ndjson"
PARQUET = "application/vnd.apache.parquet"
