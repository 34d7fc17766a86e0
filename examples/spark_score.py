"""Score any number of pictures with Spark: a folder or bucket in, a Parquet table of faces out.

    spark-submit examples/spark_score.py SOURCE TARGET

SOURCE and TARGET are what Spark can read and write: folders, s3a://bucket/folder, hdfs:///folder.
The table has the columns of fer_system.records, one row a face, and one for each file that has none
or can't be read, which `error` tells. Started again after whatever stopped it, it goes on with the
files that the table doesn't have. Library, model and detector are sent to the workers, which need
what the library requires: `pip install` its wheel there, or ship an environment by `--archives`.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

import pandas as pd
from py4j.protocol import Py4JJavaError
from pyspark import SparkFiles
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812, as Spark's users know it

import fer_system
from fer_system import DEFAULT_MODEL, Recognizer, score
from fer_system.detector import YUNET_FILE
from fer_system.picture import MAX_FILE_BYTES
from fer_system.records import csv_header

FILES_AT_ONCE = 64
"""A worker holds so many pictures' files in memory; Spark's own 10,000 would be gigabytes."""
TYPES = {
    "source": "string", "time": "double", "face": "long", "left": "long", "top": "long",
    "width": "long", "height": "long", "label": "string", "uncertain": "boolean",
    "quality": "string", "error": "string",
}  # fmt: skip
"""Those of the columns that are no `double`."""
UNREAD = (
    f"Spark gives no content of this file: it is empty, longer than {MAX_FILE_BYTES // 2**20} MB, "
    "or named _something; rename it or make it again."
)


def scored(
    batches: Iterator[pd.DataFrame], model: str, yunet: str, processes: int
) -> Iterator[pd.DataFrame]:
    """On a worker: files as Spark's `binaryFile` has them -> records."""
    recognizer = Recognizer(SparkFiles.get(model), SparkFiles.get(yunet) if yunet else "haar")
    files = (
        (path, bytes(content))
        for batch in batches
        for path, content in zip(batch["path"], batch["content"], strict=True)
    )
    records = score(files, recognizer, processes=processes)
    while rows := list(islice(records, FILES_AT_ONCE)):
        yield pd.DataFrame(rows)


def send(spark: SparkSession, place: str, *files: Path | None) -> None:
    """Give the workers this very library, and the files, which SparkFiles finds by their names.

    They fetch the library from an archive in the folder `place` when they begin.
    """
    package = Path(fer_system.__file__).parent
    archive = shutil.make_archive(f"{place}/fer_system", "zip", package.parent, package.name)
    spark.sparkContext.addPyFile(archive)
    for file in filter(None, files):
        spark.sparkContext.addFile(str(file))


def yunet_file(recognizer: Recognizer, detector: str) -> Path | None:
    """The face detector's file that the workers need; None for the Haar cascade."""
    if recognizer.detector_name != "YuNet":
        return None
    return YUNET_FILE if detector == "auto" else Path(detector)


def listed(spark: SparkSession, files: DataFrame, source: str) -> list[str]:
    """Every file of `source`, those too that Spark passes over: empty ones, and `_names`."""
    # Spark writes the same path in two ways.
    known = [unquote(uri).replace("file:///", "file:/", 1) for uri in files.inputFiles()]
    path = hadoop_path(spark, source, "{" + ",".join("*/" * depth for depth in range(8)) + "}_*")
    system = path.getFileSystem(spark._jsc.hadoopConfiguration())
    for found in system.globStatus(path) or []:
        within = system.listFiles(found.getPath(), True)
        while within.hasNext():
            known.append(within.next().getPath().toString())
    return [*dict.fromkeys(known)]  # what lies in a `_folder` may itself be a `_name`


def append(records: DataFrame, target: str) -> None:
    """Write a task's records as soon as it is done, so that a restart need not repeat it."""
    at_once = ("mapreduce.fileoutputcommitter.algorithm.version", "2")
    records.write.mode("append").option(*at_once).parquet(target)


def sources(spark: SparkSession, target: str) -> DataFrame:
    """The files that the table has."""
    path = hadoop_path(spark, target)
    if not path.getFileSystem(spark._jsc.hadoopConfiguration()).exists(path):
        return spark.createDataFrame([], "source string")
    return spark.read.parquet(target).select("source").distinct()


def hadoop_path(spark: SparkSession, *parts: str) -> Any:  # noqa: ANN401
    """A path as Hadoop has it, by which every store that Spark reads can be looked at."""
    return spark.sparkContext._jvm.org.apache.hadoop.fs.Path(*parts)


def run(spark: SparkSession, flags: argparse.Namespace, place: str) -> None:
    """Score what is left of the source into the target, and tell of it."""
    source, target, model = flags.source, flags.target, flags.model
    recognizer = Recognizer(model, flags.detector)
    columns, yunet = csv_header(recognizer.classes), yunet_file(recognizer, flags.detector)
    send(spark, place, model, yunet)
    folder = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(source)
    names = listed(spark, folder, source)
    if not names:
        raise ValueError(f"There are no files in {source}; give a folder of pictures.")
    readable = folder.where(F.col("length") <= MAX_FILE_BYTES).select("path", "content")
    done = F.broadcast(sources(spark, target))
    left = readable.join(done, F.col("path") == F.col("source"), "left_anti")
    how = model.name, yunet.name if yunet else "", int(flags.isolate)
    schema = ", ".join(f"`{name}` {TYPES.get(name, 'double')}" for name in columns)
    append(left.mapInPandas(lambda part: scored(part, *how), schema), target)
    listing = spark.createDataFrame(pd.DataFrame({"source": names}))
    unread = listing.join(sources(spark, target), "source", "left_anti")
    known = {"source": F.col("source"), "error": F.lit(UNREAD)}
    cells = [known.get(name, F.lit(None).cast(TYPES.get(name, "double"))) for name in columns]
    append(unread.select(*map(Column.alias, cells, columns)), target)
    told = spark.read.parquet(target).agg(
        F.count_distinct("source"), F.count("face"), F.count("error")
    )
    print("{:,} files, {:,} faces, {:,} unread: {}".format(*told.first(), target))


def advice(error: Exception) -> str:
    """What is wrong and what to do, in a sentence; "" where only Spark's own words tell."""
    if isinstance(error, AnalysisException | ValueError):
        return str(error).splitlines()[0]
    if lacking := re.search(r"No module named '(\w+)", str(error)):
        return (
            f"The workers lack {lacking[1]}: install there what the library requires, by its "
            "wheel, or ship an environment by --archives."
        )
    if "Python worker exited unexpectedly" in str(error):
        return (
            "A worker's Python was ended again and again, by a picture or for want of memory: "
            "start this again with --isolate, which goes on and tells which picture it is."
        )
    return ""


def main() -> int:
    """Check what can be checked before a worker starts; returns the exit code."""
    parser = argparse.ArgumentParser(prog="spark_score.py", description=__doc__.partition("\n")[0])
    parser.add_argument("source", help="folder or bucket with pictures")
    parser.add_argument("target", help="folder of the Parquet table, made or gone on with")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="default: the champion")
    parser.add_argument("--detector", default="auto", help="auto, haar, or a YuNet file")
    parser.add_argument(
        "--isolate",
        action="store_true",
        help="recognise in processes apart, at about 0.7 times the speed: a picture that ends "
        "its process by a fault of some decoder is then a row with an error",
    )
    flags = parser.parse_args()
    spark = (
        SparkSession.builder.appName("fer")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", FILES_AT_ONCE)
        # Else Spark gives a task 32 small files, and each task takes a second to begin.
        .config("spark.sql.files.openCostInBytes", 2**16)
        .getOrCreate()
    )
    try:
        with TemporaryDirectory() as place:
            run(spark, flags, place)
    except (PySparkException, Py4JJavaError, ValueError) as error:
        told = advice(error)
        if not told:
            raise
        print(f"spark_score.py: {told}", file=sys.stderr)
        return 2
    finally:
        spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
