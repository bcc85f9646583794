"""Open the collections of a server in QGIS, without a window, and print what was seen as JSON.

The system's own Python runs this, since QGIS is no package of PyPI. Arguments: the address of the
landing page, and an analyst's key.
"""

import json
import sys

from qgis.core import (
    NULL,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsNetworkAccessManager,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtNetwork import QNetworkRequest

LANDING, KEY = sys.argv[1:]
BOX = QgsRectangle(112.1302, 32.0301, 112.1339, 32.0340)


def opened(name: str, **options: str) -> QgsVectorLayer:
    uri = QgsDataSourceUri()
    for key, text in {"url": LANDING, "typename": name, **options}.items():
        uri.setParam(key, text)
    return QgsVectorLayer(uri.uri(False), name, "OAPIF")


def told(layer: QgsVectorLayer, request: QgsFeatureRequest | None = None) -> dict[str, list]:
    """Return the attributes and the shape of each feature, by its id."""
    names = [field.name() for field in layer.fields()]
    return {
        feature["id"]: [
            {
                name: None if value == NULL else plain(value)
                for name, value in zip(names, feature.attributes(), strict=True)
            },
            feature.geometry().asJson(8),
        ]
        for feature in layer.getFeatures(request or QgsFeatureRequest())
    }


def plain(value: object) -> object:
    """Write a moment as text; QGIS has them in UTC, as they came."""
    return value.toString("yyyy-MM-ddTHH:mm:ss.zzz") + "Z" if hasattr(value, "toString") else value


def seen(layer: QgsVectorLayer) -> dict[str, object]:
    return {
        "valid": layer.isValid(),
        "count": layer.featureCount(),
        "fields": [field.name() for field in layer.fields()],
        "types": {field.name(): field.typeName() for field in layer.fields()},
        "crs": layer.crs().authid(),
    }


QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()

answer = {
    name: seen(opened(name)) for name in ("facilities", "issues", "areas", "releases", "none")
}
for name in ("facilities", "areas"):
    answer[name]["features"] = told(opened(name, pageSize="500"))

boxed = opened("facilities", restrictToRequestBBOX="1")
answer["box"] = list(told(boxed, QgsFeatureRequest().setFilterRect(BOX)))

expression = '"kind" = \'water_point\' AND "charged" > 2'
answer["expression"] = list(told(boxed, QgsFeatureRequest().setFilterExpression(expression)))

moved = QgsFeatureRequest().setDestinationCrs(
    QgsCoordinateReferenceSystem("EPSG:32649"), QgsCoordinateTransformContext()
)
answer["moved"] = {one: shape for one, (_, shape) in told(opened("areas"), moved).items()}

answer["closed"] = seen(opened("street_exposure"))


def show_key(request: QNetworkRequest) -> None:
    request.setRawHeader(b"Authorization", b"Bearer " + KEY.encode())


QgsNetworkAccessManager.setRequestPreprocessor(show_key)
answer["street_exposure"] = seen(opened("street_exposure"))
answer["all_issues"] = seen(opened("issues"))
sys.stdout.write("\n" + json.dumps(answer))
