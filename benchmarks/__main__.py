"""`python -m benchmarks`: every measurement in turn. Each file also runs alone."""

from benchmarks import read_csv, recognise

if __name__ == "__main__":
    read_csv.main()
    recognise.main()
