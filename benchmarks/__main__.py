"""`python -m benchmarks`: every measurement in turn. Each file also runs alone."""

from benchmarks import read_csv, recognise, training_input, training_step, video

if __name__ == "__main__":
    read_csv.main()
    training_input.main()
    training_step.main()
    recognise.main()
    video.main()
