"""The central rewards service: the system of record for members, points, holds, gift cards and terms."""
