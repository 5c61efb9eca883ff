# Ljust, mörkt eller som systemet.
theme-title = Ljust eller mörkt
theme-about = Gäller den här webbläsaren, vem som än loggar in med den.
theme-choose = Hur sidorna ser ut
theme-system = Som systemet
theme-light = Ljust
theme-dark = Mörkt
theme-save = Spara utseendet
done-theme-set = Sidorna ser ut som du har valt.
