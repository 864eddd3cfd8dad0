"""What orchestration and monitoring ask of every service: alive, ready, metrics."""

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from care_chassis.health import Health


def add_probes(http: FastAPI, health: Health) -> None:
    """Serve `/livez`, `/readyz` (with the condition of every part) and `/metrics`."""

    @http.get("/livez", include_in_schema=False)
    async def livez() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        return JSONResponse({"alive": True})

    @http.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        parts = {
            part: {"ready": condition.ready, "detail": condition.detail}
            for part, condition in health.conditions().items()
        }
        ready = health.ready
        return JSONResponse({"ready": ready, "parts": parts}, status_code=200 if ready else 503)

    @http.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:  # pyright: ignore[reportUnusedFunction]
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
